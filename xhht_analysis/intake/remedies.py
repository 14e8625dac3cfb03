"""What the sender of a rejected file or cell should do, one Vietnamese sentence per rule."""

REMEDIES = {
    # whole files
    "symlink": "Tệp là một liên kết (shortcut). Gửi chính tệp số liệu, không gửi liên kết.",
    "lock_file": "Đây là tệp tạm do Excel tạo khi tệp đang mở. Đóng tệp rồi gửi tệp chính.",
    "system_file": "Tệp của hệ điều hành, không phải số liệu. Xóa tệp này khỏi thư mục.",
    "outside_folder": "Tệp nằm ngoài thư mục nhận số liệu. Chép tệp vào đúng thư mục ngày nhận.",
    "unreadable": "Không có quyền đọc tệp hoặc tệp đã bị di chuyển. Chép lại tệp rồi chạy lại.",
    "empty_file": "Tệp rỗng (0 byte). Gửi lại tệp có số liệu.",
    "file_too_large": "Tệp quá lớn. Chỉ để lại các sheet biểu mẫu, xóa hình ảnh rồi gửi lại.",
    "unknown_format": "Không nhận ra định dạng tệp. Lưu thành Excel (.xlsx) hoặc CSV rồi gửi lại.",
    "pdf": "Tệp là PDF (bản in hoặc bản quét). Gửi kèm tệp Excel có cùng số liệu.",
    "html": "Tệp thực chất là trang web (HTML). Mở bằng Excel, chọn Lưu thành .xlsx rồi gửi lại.",
    "xml_2003": "Tệp ở dạng XML Spreadsheet 2003. Mở bằng Excel, chọn Lưu thành .xlsx rồi gửi lại.",
    "word_97": "Tệp ở dạng Word cũ (.doc). Mở bằng Word, chọn Lưu thành .docx rồi gửi lại.",
    "password": "Tệp đặt mật khẩu. Bỏ mật khẩu (Tệp > Thông tin > Bảo vệ) rồi gửi lại.",
    "truncated": "Tệp bị hỏng hoặc tải chưa xong. Mở lại bản gốc, lưu và gửi lại.",
    "zip_bomb": "Tệp nén bất thường (dung lượng giải nén quá lớn). Chép số liệu sang tệp mới.",
    "entity": "Tệp chứa khai báo XML không an toàn. Chép số liệu sang tệp Excel mới rồi gửi lại.",
    "too_many_sheets": "Tệp có quá nhiều sheet. Chỉ để lại các sheet biểu mẫu rồi gửi lại.",
    "too_many_cells": (
        "Sheet quá lớn hoặc có ô lạc ở xa vùng số liệu. Chọn các dòng, cột trống sau bảng, "
        "xóa (Delete) cả dòng, cột, lưu và gửi lại."
    ),
    "nul_bytes": "Tệp văn bản chứa ký tự rỗng (NUL), có thể đã hỏng. Xuất lại CSV rồi gửi lại.",
    "unknown_encoding": "Không nhận ra bảng mã của tệp CSV. Lưu lại dạng CSV UTF-8 rồi gửi lại.",
    "time_limit": "Đọc tệp quá lâu. Chép riêng các bảng biểu mẫu sang tệp Excel mới rồi gửi lại.",
    "reader_crashed": "Tệp làm hỏng chương trình đọc. Chép số liệu sang tệp Excel mới rồi gửi lại.",
    "memory_limit": "Tệp cần quá nhiều bộ nhớ. Chép các bảng biểu mẫu sang tệp mới rồi gửi lại.",
    "personal_data": (
        "Tệp là danh sách cá nhân (họ tên, ngày sinh, số định danh). Không gửi dữ liệu cá nhân; "
        "chỉ gửi biểu tổng hợp."
    ),
    "unknown_form": "Không nhận ra biểu mẫu. Dùng biểu mẫu của Sở hoặc giữ nguyên tên các cột.",
    # cells
    "not_number": "Ô phải là số. Sửa thành số, ví dụ 1234 hoặc 45,6.",
    "not_finite": "Ô không phải số hữu hạn. Nhập lại số.",
    "excel_error": "Công thức báo lỗi (#REF!, #DIV/0! …). Sửa công thức hoặc nhập số.",
    "formula_text": "Công thức chưa có kết quả. Mở bằng Excel, lưu lại, hoặc nhập số.",
    "date_in_number": "Excel đã đổi số thành ngày tháng. Định dạng ô là Số rồi nhập lại.",
    "boolean_in_number": "Ô là đúng/sai (TRUE/FALSE). Nhập số.",
    "negative": "Số không được âm. Kiểm tra và nhập lại.",
    "fractional_count": (
        "Số đếm (người, cơ sở, xã …) phải là số nguyên. Nếu 1.234 là 1234 thì nhập 1234."
    ),
    "percent_in_count": "Cột này là số lượng, không phải tỷ lệ. Nhập số lượng, bỏ dấu %.",
    "approximate": "Số ước lượng (khoảng, ~, hơn …). Nhập số chính xác.",
    "ratio": "Ô ghi dạng a/b. Tách thành tử số và mẫu số ở hai cột.",
    "ambiguous_number": "Không rõ dấu chấm, phẩy là phần nghìn hay thập phân. Nhập lại rõ ràng.",
    "not_level": "Mức độ phải là số nguyên hoặc Đạt/Chưa đạt. Nhập lại.",
    "ambiguous_level": "Chỉ tiêu này có nhiều mức độ. Ghi rõ mức độ 1, 2 hoặc 3.",
    "level_range": "Mức độ ngoài thang quy định của chỉ tiêu. Kiểm tra và nhập lại.",
    "not_date": "Không đọc được ngày. Nhập dạng dd/mm/yyyy.",
    "not_year": "Không đọc được năm. Nhập năm bốn chữ số, ví dụ 2024.",
    "year_range": "Năm ngoài khoảng cho phép. Kiểm tra và nhập lại.",
    "year_missing": "Không thấy năm của số liệu. Ghi năm trong tiêu đề hoặc dòng Năm.",
    "numerator_missing": "Có mẫu số nhưng thiếu tử số. Nhập tử số, nếu không có thì ghi 0.",
    "denominator_missing": "Có tử số nhưng thiếu mẫu số. Nhập mẫu số.",
    "merged_value": "Ô số liệu bị gộp qua nhiều dòng. Bỏ gộp ô và nhập số cho từng dòng.",
    "indicator_unknown": "Không có chỉ tiêu này trong danh mục. Kiểm tra mã và tên chỉ tiêu.",
    "unit_missing": "Không thấy tên đơn vị. Ghi tên đơn vị ở đầu biểu hoặc trong cột Đơn vị.",
    "unknown_unit": "Không có đơn vị này trong danh mục tại thời điểm số liệu. Kiểm tra tên, mã.",
    "ambiguous_unit": "Tên đơn vị trùng nhau. Ghi rõ loại (TP., TX., H., xã …) hoặc mã đơn vị.",
    # figures against each other
    "numerator_above": "Tử số lớn hơn mẫu số. Kiểm tra lại cả hai số.",
    "denominator_zero": "Mẫu số phải lớn hơn 0. Nhập mẫu số đúng hoặc để trống cả hai ô.",
    "percent_range": "Tỷ lệ vượt 100 %. Có thể mất dấu phẩy thập phân; nhập lại, ví dụ 98,74.",
    "nested_above_parent": "Chỉ tiêu “trong đó” lớn hơn chỉ tiêu chứa nó. Kiểm tra cả hai dòng.",
    "conflict_in_file": "Hai số khác nhau cho cùng đơn vị, chỉ tiêu và năm. Chỉ để lại một số.",
    "year_after_receipt": "Năm số liệu sau ngày nhận tệp. Kiểm tra lại năm.",
    "validity_order": "Ngày hết hiệu lực trước ngày có hiệu lực. Kiểm tra hai ngày.",
    "figure_missing": "Dòng không có số liệu nào đọc được. Nhập tử số, mẫu số hoặc mức độ.",
    "unit_not_valid_then": (
        "Đơn vị không tồn tại vào thời điểm số liệu. Lập biểu theo tên, mã đơn vị khi đó."
    ),
    "district_ended": (
        "Cấp huyện đã kết thúc từ 01/7/2025. Số liệu sau ngày này lập theo xã, phường."
    ),
    "code_name_disagree": "Mã đơn vị và tên đơn vị không khớp. Sửa lại mã hoặc tên rồi gửi lại.",
    "folder_not_date": "Tệp nằm trong thư mục không phải ngày nhận. Chuyển vào thư mục YYYY-MM-DD.",
}


def remedy(rule: str) -> str:
    """Vietnamese advice for ``rule``; a rule without its own advice asks to check the cell."""
    return REMEDIES.get(rule, "Kiểm tra lại ô này và gửi lại.")
